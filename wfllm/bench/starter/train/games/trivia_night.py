"""Host a quiz. Ask how many questions I want and whether they should be easy, medium or hard, then fetch them from https://opentdb.com/api.php?type=multiple&encode=base64&amount=...&difficulty=... ("results" holds question, correct_answer and the list incorrect_answers, everything in Base64). For each question mix the right answer with the wrong ones, let me choose, play a success or failure buzz, say when I was wrong what the answer was and count my points. Finally work out the percentage; 80 or more gets applause, the rest gets encouragement. Keep the result in Data Jar under trivia.last."""
number = ask("How many questions?", type="Number", default=5)
levels = ["easy", "medium", "hard"]
level = is_workflow_actions_choosefromlist(WFInput=levels, WFChooseFromListActionPrompt="Difficulty?")
quiz = is_workflow_actions_downloadurl(WFURL=f"https://opentdb.com/api.php?type=multiple&encode=base64&amount={number}&difficulty={level}")
questions = quiz["results"]
zero = 0
Points = zero
for Repeat_Index, Repeat_Item in enumerate(questions, start=1):
    question = is_workflow_actions_base64encode(WFInput=Repeat_Item["question"], WFEncodeMode="Decode")
    correct = is_workflow_actions_base64encode(WFInput=Repeat_Item["correct_answer"], WFEncodeMode="Decode")
    wrong = Repeat_Item["incorrect_answers"]
    Repeat_Results_2 = []
    for Repeat_Index_2, Repeat_Item_2 in enumerate(wrong, start=1):
        decoy = is_workflow_actions_base64encode(WFInput=Repeat_Item_2, WFEncodeMode="Decode")
        Repeat_Results_2.append(decoy)
    answers = com_sindresorhus_Actions_AddToListIntent(list=Repeat_Results_2, item=correct)
    shuffled = com_sindresorhus_Actions_ShuffleListIntent(list=answers)
    choice = is_workflow_actions_choosefromlist(WFInput=shuffled, WFChooseFromListActionPrompt=f"{Repeat_Index}. {question}")
    if choice == correct:
        is_workflow_actions_vibrate(WFVibrateHapticType="Success")
        increased = is_workflow_actions_math(WFInput=Points, WFMathOperand=1)
        Points = increased
    else:
        is_workflow_actions_vibrate(WFVibrateHapticType="Failure")
        is_workflow_actions_speaktext(WFText=f"No, it's {correct}")
percent = is_workflow_actions_calculateexpression(Input=f"{Points} / {number} * 100")
rounded = is_workflow_actions_round(WFInput=percent)
dk_simonbs_DataJar_SetValueIntent(keyPath="trivia.last", values=rounded, overwriteStrategy="alwaysAllow")
if rounded >= 80:
    If_Result = "Applause!"
else:
    If_Result = "Next time will be better."
is_workflow_actions_showresult(Text=f"{Points} of {number}, {rounded}%. {If_Result}")
