"""Keep my painkiller diary in Painkiller.txt. First count how often today's date already stands in it: with three or more entries, warn me and end. Otherwise ask for the strength of pain from 1 to 10, add date, time and strength, and start a timer of six hours; from 8 upwards also offer to call my doctor on 555 0142."""
today = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
diary = is_workflow_actions_documentpicker_open(WFGetFilePath="Painkiller.txt", WFFileErrorIfNotFound=False)
entries = is_workflow_actions_text_match(text=f"{diary}", WFMatchTextPattern=f"{today}")
taken = is_workflow_actions_count(Input=entries)
if taken >= 3:
    is_workflow_actions_alert(WFAlertActionTitle="No more today", WFAlertActionMessage=f"{taken} taken already.", WFAlertActionCancelButtonShown=False)
    exit_shortcut(taken)
pain = ask("Pain from 1 to 10", type="Number")
time = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="None")
is_workflow_actions_file_append(WFFilePath="Painkiller.txt", WFInput=f"{today} {time} {pain}")
is_workflow_actions_timer_start(WFDuration=quantity(6, "hr"))
if pain >= 8:
    is_workflow_actions_alert(WFAlertActionMessage="Call the doctor?")
    doctor = "555 0142"
    com_apple_mobilephone_call(WFCallContact=doctor)
