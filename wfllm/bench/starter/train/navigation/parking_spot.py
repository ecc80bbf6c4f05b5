"""Remember where I parked. Offer three choices: save the spot here together with a note on the level, walk back to it, or forget it. When nothing is saved, say so instead of navigating."""
match menu("Parking", ["Save", "Find", "Forget"]):
    case "Save":
        here = is_workflow_actions_getcurrentlocation()
        street = get_property(here, "Street")
        level = input("Which level?")
        dk_simonbs_DataJar_SetValueIntent(keyPath="parking.place", values=street, overwriteStrategy="alwaysAllow")
        dk_simonbs_DataJar_SetValueIntent(keyPath="parking.level", values=level, overwriteStrategy="alwaysAllow")
        is_workflow_actions_notification(WFNotificationActionBody=f"Saved {street}, level {level}")
    case "Find":
        saved = dk_simonbs_DataJar_CheckIfValueExistsIntent(keyPath="parking.place")
        if saved == 1:
            spot = dk_simonbs_DataJar_GetValueIntent(keyPath="parking.place")
            level_2 = dk_simonbs_DataJar_GetValueIntent(keyPath="parking.level")
            is_workflow_actions_speaktext(WFText=f"Level {level_2}", WFSpeakTextWait=False)
            is_workflow_actions_getdirections(WFDestination=spot, WFGetDirectionsActionMode="Walking")
        else:
            is_workflow_actions_alert(WFAlertActionMessage="No spot saved.", WFAlertActionCancelButtonShown=False)
    case "Forget":
        dk_simonbs_DataJar_DeleteValueIntent(keyPath="parking", deleteStrategy="alwaysAllow")
        is_workflow_actions_vibrate()
