"""If my battery is at 25 percent or less, save energy: low power mode on, Wi-Fi and Bluetooth off, screen at a fifth. Otherwise just say how full it is."""
level = is_workflow_actions_getbatterylevel()
if level <= 25:
    is_workflow_actions_lowpowermode_set(OnValue=True)
    is_workflow_actions_wifi_set(OnValue=False)
    is_workflow_actions_bluetooth_set(OnValue=False)
    is_workflow_actions_setbrightness(WFBrightness=0.2)
else:
    is_workflow_actions_speaktext(WFText=f"Battery at {level} percent")
