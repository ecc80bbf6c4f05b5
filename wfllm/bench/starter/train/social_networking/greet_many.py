"""I would like to wish several people a happy new year. Let me pick the contacts, and send each a message that starts with their own first name, without showing it first; then say how many went out."""
people = is_workflow_actions_selectcontacts(WFSelectMultiple=True)
for Repeat_Index, Repeat_Item in enumerate(people, start=1):
    name = get_property(Repeat_Item, "First Name")
    is_workflow_actions_sendmessage(WFSendMessageActionRecipients=Repeat_Item, WFSendMessageContent=f"Happy new year, {name}!", ShowWhenRun=False)
sent = is_workflow_actions_count(Input=people)
is_workflow_actions_notification(WFNotificationActionBody=f"{sent} greetings sent")
