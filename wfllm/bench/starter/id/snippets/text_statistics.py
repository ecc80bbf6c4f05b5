"""How long is the text I just copied? Show me characters, words and lines."""
characters = is_workflow_actions_count(Input=clipboard(), WFCountType="Characters")
words = is_workflow_actions_count(Input=clipboard(), WFCountType="Words")
lines = is_workflow_actions_count(Input=clipboard(), WFCountType="Lines")
is_workflow_actions_showresult(Text=f"{characters} characters, {words} words, {lines} lines")
