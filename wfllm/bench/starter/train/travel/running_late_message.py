"""I'm on my way and people keep asking. Take the address I pass in, estimate how long I'll drive from here, text whoever I name when asked something like "I'll be there in 25 min", then open the directions."""
trip = is_workflow_actions_gettraveltime(WFDestination=shortcut_input())
is_workflow_actions_sendmessage(WFSendMessageActionRecipients=ask_each_time("Who is waiting?"), WFSendMessageContent=f"I'll be there in {trip}.")
is_workflow_actions_getdirections(WFDestination=shortcut_input())
