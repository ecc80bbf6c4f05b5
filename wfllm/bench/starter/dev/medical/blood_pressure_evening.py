"""Every evening I measure my blood pressure three times. Ask me for the upper value three times, a minute apart, take the average without decimals, append it with the date to Health/pressure.csv, and warn me when it is over 140."""
Repeat_Results = []
for Repeat_Index in range(1, 3 + 1):
    reading = ask(f"Reading {Repeat_Index}", type="Number")
    if Repeat_Index < 3:
        is_workflow_actions_delay(WFDelayTime=60)
    Repeat_Results.append(reading)
mean = is_workflow_actions_statistics(Input=Repeat_Results)
average = is_workflow_actions_round(WFInput=mean)
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
is_workflow_actions_file_append(WFInput=f"{day},{average}", WFFilePath="Health/pressure.csv")
if average > 140:
    is_workflow_actions_alert(WFAlertActionTitle="High", WFAlertActionMessage=f"Average {average}, please keep an eye on it.", WFAlertActionCancelButtonShown=False)
