"""Run a trivia round for us. Ask how many questions, and for an easy, medium or hard level, and get that many multiple choice ones from opentdb.com/api.php with base64 encoding. For each, decode the question and the right answer, mix it with the three wrong ones, let us choose, and buzz and say the right one if we miss. At the end show the score, and when it beats the best score in Data Jar (trivia.best) save it there and celebrate."""
amount = ask("How many questions?", type="Number", default=5)
levels = ["easy", "medium", "hard"]
level = is_workflow_actions_choosefromlist(WFInput=levels, WFChooseFromListActionPrompt="Level")
reply = is_workflow_actions_downloadurl(WFURL=f"https://opentdb.com/api.php?amount={amount}&difficulty={level}&type=multiple&encode=base64")
data = is_workflow_actions_detect_dictionary(WFInput=reply)
questions = data["results"]
zero = 0
Score = zero
for Repeat_Index, Repeat_Item in enumerate(questions, start=1):
    coded_question = Repeat_Item["question"]
    question = is_workflow_actions_base64encode(WFEncodeMode="Decode", WFInput=coded_question)
    coded_right = Repeat_Item["correct_answer"]
    right = is_workflow_actions_base64encode(WFEncodeMode="Decode", WFInput=coded_right)
    Answers = right
    wrong = Repeat_Item["incorrect_answers"]
    for Repeat_Index_2, Repeat_Item_2 in enumerate(wrong, start=1):
        decoded = is_workflow_actions_base64encode(WFEncodeMode="Decode", WFInput=Repeat_Item_2)
        Answers.append(decoded)
    mixed = com_sindresorhus_Actions_ShuffleListIntent(list=Answers)
    guess = is_workflow_actions_choosefromlist(WFInput=mixed, WFChooseFromListActionPrompt=f"{Repeat_Index}. {question}")
    if guess == right:
        more = is_workflow_actions_math(WFInput=Score, WFMathOperand=1)
        Score = more
        is_workflow_actions_speaktext(WFText="Right")
    else:
        is_workflow_actions_vibrate()
        is_workflow_actions_speaktext(WFText=f"No, it is {right}")
is_workflow_actions_showresult(Text=f"{Score} of {amount}")
best = dk_simonbs_DataJar_GetValueIntent(keyPath="trivia.best", fallbackValues=[0])
if Score > best:
    dk_simonbs_DataJar_SetValueIntent(keyPath="trivia.best", values=Score, overwriteStrategy="alwaysAllow")
    is_workflow_actions_notification(WFNotificationActionTitle="New record", WFNotificationActionBody=f"{Score} points")
