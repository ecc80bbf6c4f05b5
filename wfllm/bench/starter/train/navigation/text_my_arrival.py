"""Let someone I choose know how long I still need to 12 Mill Lane by car. Offer to text them the time straight away without confirmation, or to ring them; in that case read the time out to me before the call."""
home = "12 Mill Lane"
trip = is_workflow_actions_gettraveltime(WFDestination=home)
person = is_workflow_actions_selectcontacts()
match menu("Tell them how?", ["Text", "Call"]):
    case "Text":
        is_workflow_actions_sendmessage(WFSendMessageActionRecipients=person, WFSendMessageContent=f"Home in {trip}", ShowWhenRun=False)
    case "Call":
        is_workflow_actions_speaktext(WFText=f"You need {trip}")
        com_apple_mobilephone_call(WFCallContact=person)
