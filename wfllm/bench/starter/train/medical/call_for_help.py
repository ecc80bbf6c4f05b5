"""If I feel faint I want one tap: text my contact +1 555 0100 that I need help, with a link to where I am, then phone that number and switch the torch on. The text should name the phone it comes from."""
here = is_workflow_actions_getcurrentlocation()
link = is_workflow_actions_getmapslink(WFInput=here)
number = "+15550100"
is_workflow_actions_sendmessage(WFSendMessageActionRecipients=number, WFSendMessageContent=f"I need help: {link} ({device_details('Device Name')})", ShowWhenRun=False)
is_workflow_actions_flashlight()
com_apple_mobilephone_call(WFCallContact=number)
