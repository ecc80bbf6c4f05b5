"""Which Wikipedia article is longer? Ask for two topics, get the text of both English articles (en.wikipedia.org/wiki/…), count the words and tell me which wins and with how many words each."""
first = input("First topic")
second = input("Second topic")
topics = [first, second]
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(topics, start=1):
    encoded = is_workflow_actions_urlencode(WFInput=Repeat_Item)
    article = is_workflow_actions_getwebpagecontents(WFInput=f"https://en.wikipedia.org/wiki/{encoded}")
    words = is_workflow_actions_count(Input=article, WFCountType="Words")
    Repeat_Results.append(words)
first_words = is_workflow_actions_getitemfromlist(WFInput=Repeat_Results)
second_words = is_workflow_actions_getitemfromlist(WFInput=Repeat_Results, WFItemSpecifier="Last Item")
if first_words >= second_words:
    If_Result = first
else:
    If_Result = second
is_workflow_actions_showresult(Text=f"{If_Result} wins: {first_words} to {second_words} words.")
