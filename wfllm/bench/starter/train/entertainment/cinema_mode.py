"""Set the phone up for watching a film, or undo it. Start means do not disturb, dark look, screen at 40 percent and sound at 80, then open the TV app; End turns do not disturb off and brings back the light look with full brightness and locks the phone."""
match menu("Cinema", ["Start", "End"]):
    case "Start":
        is_workflow_actions_dnd_set(Enabled=True)
        is_workflow_actions_appearance(style="dark")
        is_workflow_actions_setbrightness(WFBrightness=0.4)
        is_workflow_actions_setvolume(WFVolume=0.8)
        is_workflow_actions_openapp(WFAppIdentifier="com.apple.tv")
    case "End":
        is_workflow_actions_dnd_set(Enabled=False)
        is_workflow_actions_appearance(style="light")
        is_workflow_actions_setbrightness(WFBrightness=1)
        is_workflow_actions_lockscreen()
