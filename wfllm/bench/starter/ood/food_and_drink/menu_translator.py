"""I'm abroad and can't read the menu. Let me photograph it, pull out the text, find out which language it is in, translate it to English and show both the language and the translation."""
photo = is_workflow_actions_takephoto()
menu_text = is_workflow_actions_extracttextfromimage(WFImage=photo)
language = is_workflow_actions_detectlanguage(WFInput=menu_text)
translation = is_workflow_actions_text_translate(WFInputText=menu_text, WFSelectedLanguage="English")
is_workflow_actions_showresult(Text=f"{language}\n\n{translation}")
