"""Reading a foreign novel: I copy a passage and this asks what I need. "Word" lets me choose one of its words and shows the dictionary entry. "Passage" translates everything into English and shows it. "Language" just tells me which language it is."""
match menu("Help with", ["Word", "Passage", "Language"]):
    case "Word":
        words = is_workflow_actions_text_split(text=clipboard(), WFTextSeparator="Spaces")
        word = is_workflow_actions_choosefromlist(WFInput=words)
        is_workflow_actions_showdefinition(Word=word)
    case "Passage":
        translation = is_workflow_actions_text_translate(WFInputText=clipboard(), WFSelectedLanguage="English")
        is_workflow_actions_showresult(Text=translation)
    case "Language":
        language = is_workflow_actions_detectlanguage(WFInput=clipboard())
        is_workflow_actions_showresult(Text=language)
