"""Spin the chore wheel: give Mia, Leo and Ann one of the chores dishes, laundry and plants each, all different and by chance, and send me the result as a Pushcut notification named Chores."""
kids = ["Mia", "Leo", "Ann"]
chores = ["dishes", "laundry", "plants"]
mixed = com_sindresorhus_Actions_ShuffleListIntent(list=chores)
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(kids, start=1):
    chore = is_workflow_actions_getitemfromlist(WFInput=mixed, WFItemSpecifier="Item At Index", WFItemIndex=Repeat_Index)
    line = f"{Repeat_Item}: {chore}"
    Repeat_Results.append(line)
plan = is_workflow_actions_text_combine(text=Repeat_Results)
io_pushcut_Pushcut_SendNotificationIntent(notification="Chores", title="Today's chores", text=f"{plan}")
