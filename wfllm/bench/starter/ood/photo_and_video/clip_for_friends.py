"""Pick a video and ask whether I want it small, sped up or only the sound. Small means 640x480, sped up means twice as fast, sound means an M4A without pictures. AirDrop whatever comes out, and if it was not the sound also make a GIF of it and save that to my photos."""
video = is_workflow_actions_selectphoto(WFPhotoPickerTypes=["Videos"])
match menu("How?", ["Small", "Fast", "Sound"]):
    case "Small":
        small = is_workflow_actions_encodemedia(WFMedia=video, WFMediaSize="640x480")
        is_workflow_actions_airdropdocument(WFInput=small)
        gif = is_workflow_actions_makegif(WFInput=small)
        is_workflow_actions_savetocameraroll(WFInput=gif)
    case "Fast":
        fast = is_workflow_actions_encodemedia(WFMedia=video, WFMediaSpeed="2X")
        is_workflow_actions_airdropdocument(WFInput=fast)
        quick_gif = is_workflow_actions_makegif(WFInput=fast)
        is_workflow_actions_savetocameraroll(WFInput=quick_gif)
    case "Sound":
        sound = is_workflow_actions_encodemedia(WFMedia=video, WFMediaAudioOnly=True)
        is_workflow_actions_airdropdocument(WFInput=sound)
