"""Keep score for game night. Ask for each of three players' points, one after the other, add the numbers up, work out the average and the highest score and show all three values."""
Repeat_Results = []
for Repeat_Index in range(1, 3 + 1):
    points = ask(f"Points of player {Repeat_Index}", type="Number")
    Repeat_Results.append(points)
total = is_workflow_actions_statistics(Input=Repeat_Results, WFStatisticsOperation="Sum")
average = is_workflow_actions_statistics(Input=Repeat_Results)
highest = is_workflow_actions_statistics(Input=Repeat_Results, WFStatisticsOperation="Maximum")
is_workflow_actions_showresult(Text=f"Total {total}, average {average}, best {highest}")
