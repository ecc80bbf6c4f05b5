"""Pull the sound out of a concert video. I pick the video and type the artist and song; make an audio-only file tagged with both, airdrop it to my Mac, and check whether there's a podcast about the artist: show me the first hit."""
video = is_workflow_actions_selectphoto(WFPhotoPickerTypes=["Videos"])
artist = input("Artist")
title = input("Song")
track = is_workflow_actions_encodemedia(WFMedia=video, WFMediaAudioOnly=True, Metadata=True, WFMetadataTitle=title, WFMetadataArtist=artist)
is_workflow_actions_airdropdocument(WFInput=track)
shows = is_workflow_actions_searchpodcasts(WFSearchTerm=artist, WFItemLimit=1)
is_workflow_actions_showresult(Text=f"Podcast: {shows}")
