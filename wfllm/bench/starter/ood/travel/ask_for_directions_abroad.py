"""I'm in Spain and don't speak the language. I say where I want to go; you look up the distance on foot in kilometres. Under 3 km, start walking directions. Otherwise translate "Please take me to …" with my destination into Spanish and speak it so the taxi driver understands."""
destination = is_workflow_actions_dictatetext()
distance = is_workflow_actions_getdistance(WFGetDistanceDestination=destination, WFGetDirectionsActionMode="Walking", WFDistanceUnit="Kilometers")
if distance < 3:
    is_workflow_actions_getdirections(WFDestination=destination, WFGetDirectionsActionMode="Walking")
else:
    spanish = is_workflow_actions_text_translate(WFInputText=f"Please take me to {destination}", WFSelectedLanguage="Spanish")
    is_workflow_actions_speaktext(WFText=spanish, WFSpeakTextLanguage="es-ES")
