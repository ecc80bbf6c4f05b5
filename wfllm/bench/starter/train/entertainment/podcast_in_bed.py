"""Podcast in bed: turn the volume down to 20 percent, play in Overcast with Smart Speed off and stop after 15 or 30 minutes or at the end of the episode, as I choose."""
is_workflow_actions_setvolume(WFVolume=0.2)
fm_overcast_overcast_OCSmartSpeedIntent(state=False)
fm_overcast_overcast_OCPlayIntent()
match menu("Stop when?", ["15 minutes", "30 minutes", "End of episode"]):
    case "15 minutes":
        fm_overcast_overcast_OCSleepTimerIntervalIntent(interval=quantity(15, "min"))
    case "30 minutes":
        fm_overcast_overcast_OCSleepTimerIntervalIntent(interval=quantity(30, "min"))
    case "End of episode":
        fm_overcast_overcast_OCSleepTimerEOFIntent()
