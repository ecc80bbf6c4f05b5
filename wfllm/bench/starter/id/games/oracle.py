"""Shake a magic 8-ball for me: let me ask a question, wait two seconds, then answer out loud with one of "Certainly", "Ask again later" and "Don't count on it"."""
question = input("What do you want to know?")
answers = ["Certainly", "Ask again later", "Don't count on it"]
is_workflow_actions_delay(WFDelayTime=2)
answer = is_workflow_actions_getitemfromlist(WFInput=answers, WFItemSpecifier="Random Item")
is_workflow_actions_speaktext(WFText=answer)
