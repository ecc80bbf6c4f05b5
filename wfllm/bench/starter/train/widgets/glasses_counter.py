"""I want a tap-to-count widget for glasses of water. Keep the number in Data Jar under water.today, add one each time, buzz, and congratulate me once I reach eight."""
exists = dk_simonbs_DataJar_CheckIfValueExistsIntent(keyPath="water.today")
if exists == True:
    glasses = dk_simonbs_DataJar_GetValueIntent(keyPath="water.today")
    If_Result = glasses
else:
    If_Result = 0
total = is_workflow_actions_math(WFInput=If_Result, WFMathOperand=1)
dk_simonbs_DataJar_SetValueIntent(keyPath="water.today", values=total, overwriteStrategy="alwaysAllow")
is_workflow_actions_vibrate()
if total >= 8:
    is_workflow_actions_alert(WFAlertActionTitle="Well done", WFAlertActionMessage=f"{total} glasses today!", WFAlertActionCancelButtonShown=False)
else:
    is_workflow_actions_notification(WFNotificationActionBody=f"{total} of 8 glasses")
