"""Give each room its cleaning job: I have the kitchen (wipe the stove), the bath (scrub the tub) and the hall (vacuum). Show me all the jobs, let me choose the rooms I can manage today and make a Todoist task of each with its job, due today; kitchen tasks get the highest priority."""
jobs = {"Kitchen": "Wipe the stove", "Bath": "Scrub the tub", "Hall": "Vacuum"}
all_jobs = jobs.values()
is_workflow_actions_showresult(Text=f"{all_jobs}")
rooms = jobs.keys()
chosen = is_workflow_actions_choosefromlist(WFInput=rooms, WFChooseFromListActionPrompt="Rooms today", WFChooseFromListActionSelectMultiple=True)
for Repeat_Index, Repeat_Item in enumerate(chosen, start=1):
    job = jobs[f"{Repeat_Item}"]
    if Repeat_Item == "Kitchen":
        com_todoist_ios_CreateTaskIntent(content=f"{Repeat_Item}: {job}", dueDate="today", priority="priority1")
    else:
        com_todoist_ios_CreateTaskIntent(content=f"{Repeat_Item}: {job}", dueDate="today")
