"""I keep pasting broken JSON into configs. Take whatever I copied, and if it parses put a nicely indented version back on the clipboard and tell me; if not, warn me that it isn't valid."""
data = is_workflow_actions_detect_dictionary(WFInput=clipboard())
if data:
    pretty = com_sindresorhus_Actions_PrettyPrintDictionariesIntent(dictionaries=data)
    is_workflow_actions_setclipboard(WFInput=pretty)
    is_workflow_actions_notification(WFNotificationActionTitle="Valid JSON", WFNotificationActionBody="Indented version copied.")
else:
    is_workflow_actions_alert(WFAlertActionTitle="Not JSON", WFAlertActionMessage="That did not parse.", WFAlertActionCancelButtonShown=False)
