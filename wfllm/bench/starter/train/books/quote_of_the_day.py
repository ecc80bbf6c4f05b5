"""Pick a random line from my file Quotes.txt and post it to Mastodon, but cut it so that it never has more than 480 characters."""
file = is_workflow_actions_documentpicker_open(WFGetFilePath="Quotes.txt")
quotes = is_workflow_actions_text_split(text=file)
quote = is_workflow_actions_getitemfromlist(WFInput=quotes, WFItemSpecifier="Random Item")
post = com_sindresorhus_Actions_TruncateTextIntent(text=quote, maximumLength=480)
org_joinmastodon_app_SendPostIntent(content=post)
