"""Take the text out of a picture I select and copy it; if there is none in it, tell me."""
picture = is_workflow_actions_selectphoto()
text = is_workflow_actions_extracttextfromimage(WFImage=picture)
if text:
    is_workflow_actions_setclipboard(WFInput=text)
    is_workflow_actions_notification(WFNotificationActionBody="Text copied")
else:
    is_workflow_actions_alert(WFAlertActionMessage="No text found.", WFAlertActionCancelButtonShown=False)
