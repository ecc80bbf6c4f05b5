"""Compare two packs in the supermarket. I give price and grams of pack A and of pack B; tell me out loud which is cheaper per gram, or that they are the same."""
price_a = ask("Price of A", type="Number")
grams_a = ask("Grams in A", type="Number")
price_b = ask("Price of B", type="Number")
grams_b = ask("Grams in B", type="Number")
unit_a = is_workflow_actions_math(WFInput=price_a, WFMathOperation="÷", WFMathOperand=grams_a)
unit_b = is_workflow_actions_math(WFInput=price_b, WFMathOperation="÷", WFMathOperand=grams_b)
if unit_a == unit_b:
    is_workflow_actions_speaktext(WFText="Both cost the same")
else:
    if unit_a < unit_b:
        is_workflow_actions_speaktext(WFText="Take pack A")
    else:
        is_workflow_actions_speaktext(WFText="Take pack B")
