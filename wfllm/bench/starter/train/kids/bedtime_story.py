"""Have an AI make up a bedtime story of about 200 words with the hero and the place my son names, and read it slowly while the screen is dark."""
hero = input("Who is the hero?")
place = input("Where does it happen?")
story = com_openai_chat_AskIntent(prompt=f"A gentle bedtime story of 200 words about {hero} in {place}.", newChat=True)
is_workflow_actions_setbrightness(WFBrightness=0)
is_workflow_actions_speaktext(WFText=f"{story}", WFSpeakTextRate=0.35)
