"""Coach me through interval training. Ask for the number of sets; every set runs through squats, plank and push-ups, 40 seconds each with 20 seconds of rest, and you announce each exercise. Between sets I get a minute's break, and my music is paused when it is over."""
sets = ask("How many sets?", type="Number", default=3)
exercises = ["Squats", "Plank", "Push-ups"]
for Repeat_Index in range(1, sets + 1):
    is_workflow_actions_speaktext(WFText=f"Set {Repeat_Index}")
    for Repeat_Index_2, Repeat_Item_2 in enumerate(exercises, start=1):
        is_workflow_actions_speaktext(WFText=f"{Repeat_Item_2}")
        is_workflow_actions_delay(WFDelayTime=40)
        is_workflow_actions_vibrate()
        is_workflow_actions_speaktext(WFText="Rest")
        is_workflow_actions_delay(WFDelayTime=20)
    if Repeat_Index < sets:
        is_workflow_actions_speaktext(WFText="One minute break")
        is_workflow_actions_delay(WFDelayTime=60)
is_workflow_actions_pausemusic(WFPlayPauseBehavior="Pause")
is_workflow_actions_speaktext(WFText="Done, well fought")
