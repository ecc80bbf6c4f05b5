"""A times table game for my daughter: ten questions with two random numbers from 2 to 9 each. Praise right answers by voice, otherwise read out the solution, and stop early if she types stop or quit."""
for Repeat_Index in range(1, 11):
    first = is_workflow_actions_number_random(WFRandomNumberMinimum=2, WFRandomNumberMaximum=9)
    second = is_workflow_actions_number_random(WFRandomNumberMinimum=2, WFRandomNumberMaximum=9)
    solution = is_workflow_actions_math(WFInput=first, WFMathOperation="×", WFMathOperand=second)
    answer = input(f"{Repeat_Index}. What is {first} × {second}?")
    if answer == "stop" or answer == "quit":
        exit_shortcut(answer)
    if answer == f"{solution}":
        is_workflow_actions_speaktext(WFText="Well done!")
    else:
        is_workflow_actions_speaktext(WFText=f"{first} times {second} is {solution}")
