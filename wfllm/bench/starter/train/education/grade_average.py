"""Work out my average from a list of grades I type with commas between them, rounded to two decimals, and tell me whether I passed. Passing is 60 or more; show the best grade as well."""
typed = input("Grades, separated by commas")
grades = is_workflow_actions_text_split(text=typed, WFTextSeparator="Custom", WFTextCustomSeparator=",")
numbers = is_workflow_actions_detect_number(WFInput=grades)
average = is_workflow_actions_statistics(Input=numbers)
best = is_workflow_actions_statistics(WFStatisticsOperation="Maximum", Input=numbers)
rounded = is_workflow_actions_round(WFInput=average, WFRoundTo="Hundredths")
if average >= 60:
    verdict = "Passed"
    If_Result = verdict
else:
    verdict_2 = "Failed"
    If_Result = verdict_2
is_workflow_actions_showresult(Text=f"{If_Result}: average {rounded}, best {best}")
