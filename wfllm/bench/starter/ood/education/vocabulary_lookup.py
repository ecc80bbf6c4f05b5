"""I met a foreign word. Let me type it, work out which language it is, translate it to English, show me the dictionary entry of the English word and add both to my file Vocabulary.txt."""
word = input("Which word?")
language = is_workflow_actions_detectlanguage(WFInput=word)
english = is_workflow_actions_text_translate(WFSelectedLanguage="English", WFInputText=word)
is_workflow_actions_showdefinition(Word=f"{english}")
is_workflow_actions_file_append(WFFilePath="Vocabulary.txt", WFInput=f"{word} ({language}) = {english}")
