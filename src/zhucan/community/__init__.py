"""What people are invited to: courses, lectures, examinations, competitions, fairs and campaigns, and who took part."""
