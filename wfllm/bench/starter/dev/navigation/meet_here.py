"""Send a friend I pick a message saying meet me here, with a link to where I am on the map."""
here = is_workflow_actions_getcurrentlocation()
link = is_workflow_actions_getmapslink(WFInput=here)
friend = is_workflow_actions_selectcontacts()
is_workflow_actions_sendmessage(WFSendMessageActionRecipients=friend, WFSendMessageContent=f"Meet me here: {link}")
