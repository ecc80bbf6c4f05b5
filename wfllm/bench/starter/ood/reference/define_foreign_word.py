"""I'm reading in other languages. Take the word I share, find out which language it is; when it isn't English translate it to English and tell me the translation, and in any case open the dictionary definition of the English word."""
word = is_workflow_actions_detect_text(WFInput=shortcut_input())
language = is_workflow_actions_detectlanguage(WFInput=word)
if language == "English":
    If_Result = word
else:
    english = is_workflow_actions_text_translate(WFInputText=word, WFSelectedLanguage="English")
    is_workflow_actions_notification(WFNotificationActionTitle=f"{word} ({language})", WFNotificationActionBody=english)
    If_Result = english
is_workflow_actions_showdefinition(Word=If_Result)
