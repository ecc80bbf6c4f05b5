"""Capture a quote from a paper book: photograph the page, read the text, put it on one line, ask for the author and append it to Quotes.md as a Markdown quote with the author below."""
photo = is_workflow_actions_takephoto()
words = is_workflow_actions_extracttextfromimage(WFImage=photo)
line = is_workflow_actions_text_replace(WFInput=words, WFReplaceTextFind="\\n", WFReplaceTextReplace=" ", WFReplaceTextRegularExpression=True)
author = input("Author?")
is_workflow_actions_file_append(WFFilePath="Quotes.md", WFInput=f"> {line}\n> {author}\n")
