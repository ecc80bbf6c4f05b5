"""Coach me through circuit training: three rounds of squats, push-ups, plank and burpees, thirty seconds each. Call out the round and each exercise, buzz when it's over, and give me ten seconds to breathe."""
exercises = ["squats", "push-ups", "plank", "burpees"]
for Repeat_Index in range(1, 3 + 1):
    is_workflow_actions_speaktext(WFText=f"Round {Repeat_Index}")
    for Repeat_Index_2, Repeat_Item_2 in enumerate(exercises, start=1):
        is_workflow_actions_speaktext(WFText=Repeat_Item_2)
        is_workflow_actions_delay(WFDelayTime=30)
        is_workflow_actions_vibrate()
        is_workflow_actions_delay(WFDelayTime=10)
is_workflow_actions_speaktext(WFText="Well done.")
