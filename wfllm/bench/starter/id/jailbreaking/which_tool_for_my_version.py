"""My notes say: anything starting with 15 gets Dopamine, 16 or 17 on my old iPad gets palera1n, the rest gets nothing. Look at the system version of whatever device runs this and tell me what applies."""
version = is_workflow_actions_getdevicedetails(WFDeviceDetail="System Version")
if version.startswith("15"):
    If_Result = "try Dopamine"
else:
    if version.startswith("16") or version.startswith("17"):
        If_Result_2 = "try palera1n"
    else:
        If_Result_2 = "nothing yet"
    If_Result = If_Result_2
is_workflow_actions_showresult(Text=f"{version}: {If_Result}")
