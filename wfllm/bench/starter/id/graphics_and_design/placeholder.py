"""I need placeholder images for mockups. Ask for width and height, create an image of that size filled with #cccccc, print the size (like 300x200) in its centre and share it."""
width = ask("Width?", type="Number", default=300)
height = ask("Height?", type="Number", default=200)
blank = com_sindresorhus_Actions_CreateColorImageIntent(color="#cccccc", width=width, height=height)
placeholder = is_workflow_actions_overlaytext(WFImage=blank, WFText=f"{width}x{height}")
is_workflow_actions_share(WFInput=placeholder)
