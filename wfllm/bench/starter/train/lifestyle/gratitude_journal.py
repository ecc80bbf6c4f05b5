"""Gratitude journal: ask me three times what I am thankful for and put the answers, numbered and under today's date, at the top of Gratitude.md."""
Repeat_Results = []
for Repeat_Index in range(1, 4):
    thing = input("What are you thankful for?")
    line = f"{Repeat_Index}. {thing}"
    Repeat_Results.append(line)
entry = is_workflow_actions_text_combine(text=Repeat_Results)
is_workflow_actions_file_append(WFFilePath="Gratitude.md", WFAppendFileWriteMode="Prepend", WFInput=f"## {format_date(current_date(), WFDateFormatStyle='Long', WFTimeFormatStyle='None')}\n{entry}")
