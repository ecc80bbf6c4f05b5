"""Play guess the number with me: think of a number from 1 to 50 and give me six tries. After each try say higher or lower; when I get it, praise me with the number of tries and stop. If I run out of tries, reveal the number."""
secret = is_workflow_actions_number_random(WFRandomNumberMinimum=1, WFRandomNumberMaximum=50)
for Repeat_Index in range(1, 6 + 1):
    guess = ask(f"Try {Repeat_Index} of 6", type="Number")
    if guess == secret:
        is_workflow_actions_showresult(Text=f"Yes! You needed {Repeat_Index} tries.")
        exit_shortcut(secret)
    if guess < secret:
        is_workflow_actions_speaktext(WFText="Higher")
    else:
        is_workflow_actions_speaktext(WFText="Lower")
is_workflow_actions_showresult(Text=f"It was {secret}")
