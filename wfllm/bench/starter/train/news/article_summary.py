"""Summarise the article whose link I copied: get the page as Markdown, ask ChatGPT for three bullet points in plain English and show them to me."""
page = is_workflow_actions_getwebpagecontents(WFInput=clipboard())
markdown = is_workflow_actions_getmarkdownfromrichtext(WFInput=page)
summary = com_openai_chat_AskIntent(prompt=f"Three bullet points in plain English:\n{markdown}", newChat=True)
is_workflow_actions_showresult(Text=summary)
