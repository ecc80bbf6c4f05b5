"""I can't decide. Let me type options with commas between them, choose one at random and show it as a notification titled Decided."""
typed = input("Your options")
options = is_workflow_actions_text_split(text=typed, WFTextSeparator="Custom", WFTextCustomSeparator=",")
pick = is_workflow_actions_getitemfromlist(WFInput=options, WFItemSpecifier="Random Item")
is_workflow_actions_notification(WFNotificationActionTitle="Decided", WFNotificationActionBody=f"{pick}")
