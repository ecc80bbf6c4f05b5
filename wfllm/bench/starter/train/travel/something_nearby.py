"""Find me something nearby. Ask what I feel like each time, show places within a mile, let me choose one, and then I decide: walk there with directions, ring them up, or send the map link to a friend. If nothing is around, say so."""
here = is_workflow_actions_getcurrentlocation()
places = is_workflow_actions_searchlocalbusinesses(WFInput=here, WFSearchQuery=ask_each_time("What do you feel like?"), WFSearchRadius=quantity(1, "mi"))
if places:
    place = is_workflow_actions_choosefromlist(WFInput=places)
    match menu(f"{place}", ["Walk", "Call", "Send"]):
        case "Walk":
            is_workflow_actions_getdirections(WFDestination=place, WFGetDirectionsActionMode="Walking")
        case "Call":
            com_apple_mobilephone_call(WFCallContact=get_property(place, "Phone Number"))
        case "Send":
            link = is_workflow_actions_getmapslink(WFInput=place)
            is_workflow_actions_sendmessage(WFSendMessageContent=f"Meet me here: {link}")
else:
    is_workflow_actions_speaktext(WFText="Nothing around here.")
