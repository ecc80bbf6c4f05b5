"""Photograph a page of my textbook, pull the text out of it and keep it as a new draft tagged lecture."""
page = is_workflow_actions_takephoto()
words = is_workflow_actions_extracttextfromimage(WFImage=page)
com_agiletortoise_Drafts5_CaptureIntent(content=f"{words}", tags="lecture")
