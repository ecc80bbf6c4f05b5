"""Tell me a joke from official-joke-api.appspot.com/random_joke: say the setup, wait three seconds, then the punchline."""
reply = is_workflow_actions_downloadurl(WFURL="https://official-joke-api.appspot.com/random_joke")
joke = is_workflow_actions_detect_dictionary(WFInput=reply)
setup = joke["setup"]
punchline = joke["punchline"]
is_workflow_actions_speaktext(WFText=f"{setup}")
is_workflow_actions_delay(WFDelayTime=3)
is_workflow_actions_speaktext(WFText=f"{punchline}")
