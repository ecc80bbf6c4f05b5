"""Is my essay too long? Count the words of the text I copied and compare them with the limit I type in. Notify me with how it stands."""
limit = ask("Word limit", type="Number", default=500)
words = is_workflow_actions_count(WFCountType="Words", Input=clipboard())
if words > limit:
    extra = is_workflow_actions_math(WFInput=words, WFMathOperation="-", WFMathOperand=limit)
    is_workflow_actions_notification(WFNotificationActionTitle="Too long", WFNotificationActionBody=f"Cut {extra} words")
else:
    is_workflow_actions_notification(WFNotificationActionTitle="Fine", WFNotificationActionBody=f"{words} of {limit} words")
