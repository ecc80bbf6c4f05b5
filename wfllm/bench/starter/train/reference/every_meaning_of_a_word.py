"""Look up an English word in the free dictionary at api.dictionaryapi.dev/api/v2/entries/en/<word> and list all meanings: for each meaning give the part of speech followed by its definitions as bullets. Save the result as a draft tagged "words" in Drafts, too, and hand it back at the end so other shortcuts can use it."""
word = shortcut_input()
entries = is_workflow_actions_downloadurl(WFURL=f"https://api.dictionaryapi.dev/api/v2/entries/en/{word}")
entry = is_workflow_actions_getitemfromlist(WFInput=entries)
meanings = entry["meanings"]
for Repeat_Index, Repeat_Item in enumerate(meanings, start=1):
    Lines.append(Repeat_Item["partOfSpeech"])
    definitions = Repeat_Item["definitions"]
    for Repeat_Index_2, Repeat_Item_2 in enumerate(definitions, start=1):
        Lines.append(f"- {Repeat_Item_2['definition']}")
note = is_workflow_actions_text_combine(text=Lines)
com_agiletortoise_Drafts5_CaptureIntent(content=f"{word}\n{note}", tags="words")
output(note)
