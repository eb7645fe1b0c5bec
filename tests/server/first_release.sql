-- The database of lrs-soap 0.1.0, the first release, as its own program left it (commit d5cf376): its starting data, and
-- three learners of `lrs-soap load`, the last of whom is linked. Frozen: tests/server/test_upgrade.py begins with it.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE counters (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('uln',3);
CREATE TABLE learners (
	id INTEGER NOT NULL, 
	uln TEXT NOT NULL, 
	given_name TEXT NOT NULL, 
	family_name TEXT NOT NULL, 
	date_of_birth TEXT NOT NULL, 
	gender TEXT NOT NULL, 
	last_known_post_code TEXT NOT NULL, 
	ability_to_share TEXT NOT NULL, 
	created_date TEXT NOT NULL, 
	last_updated_date TEXT NOT NULL, 
	version_number INTEGER NOT NULL, 
	learner_status TEXT NOT NULL, 
	title TEXT, 
	middle_other_name TEXT, 
	preferred_given_name TEXT, 
	previous_family_name TEXT, 
	family_name_at_age_16 TEXT, 
	school_at_age_16 TEXT, 
	last_known_address_line_1 TEXT, 
	last_known_address_line_2 TEXT, 
	last_known_address_town TEXT, 
	last_known_address_county_or_city TEXT, 
	date_of_address_capture TEXT, 
	place_of_birth TEXT, 
	email_address TEXT, 
	nationality TEXT, 
	scottish_candidate_number TEXT, 
	verification_type TEXT, 
	other_verification_description TEXT, 
	tier_level TEXT, 
	notes TEXT, 
	unique_pupil_number TEXT, 
	unique_candidate_identifier TEXT, 
	master_uln TEXT, 
	given_name_identity TEXT NOT NULL, 
	family_name_identity TEXT NOT NULL, 
	post_code_identity TEXT NOT NULL, 
	given_name_search TEXT NOT NULL, 
	family_name_search TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_learners_uln UNIQUE (uln), 
	CONSTRAINT fk_learners_master FOREIGN KEY(master_uln) REFERENCES learners (uln)
);
INSERT INTO "learners" VALUES(1,'4170265830','Grace','Okafor','2005-03-14','2','LS1 4AP','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,NULL,'grace','okafor','LS14AP','grace','okafor');
INSERT INTO "learners" VALUES(2,'5629103473','Rowan','Thackeray','2004-11-02','1','YO21 3PR','1','2024-09-02','2025-01-20',4,'1','Mr','Idris','Ro','Whitlock','Whitlock','Millbrook Academy','7 Orchard Rise','Harbourside','Whitby','North Yorkshire','2024-08-19','Durham','rowan.thackeray@example.org','GBR','041234567','999','Armed forces identity card','1','Every field of this record is filled in.','Z823200405017','512340240017K',NULL,'rowan','thackeray','YO213PR','rowan','thackeray');
INSERT INTO "learners" VALUES(3,'6382750203','Zoë-Marie','Núñez-O’Hara','2006-07-30','2','BS8 1TH','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,NULL,'zoë-marie','núñez-o''hara','BS81TH','zoemarie','nunezohara');
INSERT INTO "learners" VALUES(4,'7053182648','Callum','MacPherson','2003-12-09','1','EH6 7QT','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'057654321','1',NULL,NULL,NULL,NULL,NULL,NULL,'callum','macpherson','EH67QT','callum','mcpherson');
INSERT INTO "learners" VALUES(5,'8294601755','Margaret','Hartley','1988-05-21','2','CF10 2HQ','1','2024-09-02','2024-09-02',1,'1',NULL,'Eluned','Peggy','Lloyd','Lloyd',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2',NULL,NULL,NULL,NULL,NULL,NULL,'margaret','hartley','CF102HQ','margaret','hartley');
INSERT INTO "learners" VALUES(6,'9140837261','Priya','Raman','2002-02-28','2','LE2 7LB','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,'Iyer',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2',NULL,NULL,NULL,NULL,NULL,NULL,'priya','raman','LE27LB','priya','raman');
INSERT INTO "learners" VALUES(7,'2865174033','Priya','Iyer','2002-02-28','2','LE2 7LB','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,'9140837261','priya','iyer','LE27LB','priya','iyer');
INSERT INTO "learners" VALUES(8,'3496281501','Pria','Raman','2002-02-28','2','LE3 9QH','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,'9140837261','pria','raman','LE39QH','pria','raman');
INSERT INTO "learners" VALUES(9,'4739516283','Tobias','Fenwick','2005-10-17','1','NR3 1JE','1','2024-09-02','2024-11-11',2,'2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,NULL,'tobias','fenwick','NR31JE','tobias','fenwick');
INSERT INTO "learners" VALUES(10,'5918043623','Imogen','Sallis','2007-01-05','2','PL4 8AA','0','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,NULL,'imogen','sallis','PL48AA','imogen','sallis');
INSERT INTO "learners" VALUES(11,'6602379142','Declan','Rourke','1999-08-23','1','L8 5SN','2','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'3',NULL,NULL,NULL,NULL,NULL,NULL,'declan','rourke','L85SN','declan','rourke');
INSERT INTO "learners" VALUES(12,'7528960313','Hester','Quayle','1961-04-01','9','ZZ99 9ZZ','1','2024-09-02','2024-12-06',3,'0',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,NULL,NULL,'hester','quayle','ZZ999ZZ','hester','quayle');
INSERT INTO "learners" VALUES(13,'8031459273','Samuel','Adeyemi','2004-02-29','1','BFPO 12','1','2024-09-02','2024-09-02',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'4',NULL,NULL,NULL,NULL,NULL,NULL,'samuel','adeyemi','BFPO12','samuel','adeyemi');
INSERT INTO "learners" VALUES(14,'8936412042','Nadia','Birch','2001-04-05','2','YO1 7HH','1','2026-11-28','2026-11-28',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'nadia.birch@example.org',NULL,NULL,'2',NULL,NULL,NULL,NULL,NULL,NULL,'nadia','birch','YO17HH','nadia','birch');
INSERT INTO "learners" VALUES(15,'6252487375','Zoë','MacBirch','2001-04-05','2','YO1 7HH','1','2026-11-28','2026-11-28',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'0',NULL,NULL,NULL,NULL,NULL,NULL,'zoë','macbirch','YO17HH','zoe','mcbirch');
INSERT INTO "learners" VALUES(16,'7384193531','Nadja','Elm','2001-04-05','2','YO1 7HH','1','2026-11-28','2026-11-28',1,'1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'0',NULL,NULL,NULL,NULL,NULL,'4170265830','nadja','elm','YO17HH','nadja','elm');
CREATE TABLE organisations (
	id INTEGER NOT NULL, 
	ukprn TEXT NOT NULL, 
	organisation_ref TEXT NOT NULL, 
	name TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	status TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "organisations" VALUES(1,'TEST0001','TST001','Compatibility Test College','$argon2id$v=19$m=19456,t=2,p=1$t6QMd+m0ZG5Qkslhw0V1sQ$eIYQxyspuX6s+SD3DOqOhy9evtpB/BUXNp4LSy/vr7E','active','LRB Batch User,LRB Online User,LRB Super User,LRB View Only User,Learner Record,VLD Learning Provider');
CREATE TABLE properties (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "properties" VALUES('uln_key','b7ddc3c2b325969c5b622804c3345ddcd357ace2a794c7c89d33e528d6c33949');
INSERT INTO "properties" VALUES('starting_data','2026-11-28');
CREATE UNIQUE INDEX uq_learners_identity ON learners (date_of_birth, family_name_identity, given_name_identity, post_code_identity, gender) WHERE learner_status != '2';
CREATE INDEX ix_learners_master_uln ON learners (master_uln) WHERE master_uln IS NOT NULL;
CREATE UNIQUE INDEX uq_organisations_ukprn ON organisations (ukprn);
CREATE UNIQUE INDEX uq_organisations_organisation_ref ON organisations (organisation_ref);
COMMIT;
