"""Text I copy from PDFs is full of double spaces and line breaks. Squeeze every run of white space on the clipboard into one space and copy it back."""
cleaned = is_workflow_actions_text_replace(WFInput=clipboard(), WFReplaceTextFind="\\s+", WFReplaceTextReplace=" ", WFReplaceTextRegularExpression=True)
trimmed = com_sindresorhus_Actions_TrimWhitespaceIntent(text=cleaned)
is_workflow_actions_setclipboard(WFInput=trimmed)
