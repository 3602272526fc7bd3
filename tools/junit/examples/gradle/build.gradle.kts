plugins {
    java
}

repositories {
    mavenLocal()
    mavenCentral()
}

java {
    sourceCompatibility = JavaVersion.VERSION_17
    targetCompatibility = JavaVersion.VERSION_17
}

// The sources of the Maven project, so that there is one of each.
sourceSets {
    main { java.setSrcDirs(listOf("../maven/src/main/java")) }
    test { java.setSrcDirs(listOf("../maven/src/test/java")) }
}

// Or any later one, 6 too.
val junitVersion = "5.14.4"

dependencies {
    testImplementation("dev.ckpt:ckpt-junit:0.1.0-SNAPSHOT")
    testImplementation("org.junit.jupiter:junit-jupiter:$junitVersion")
    testRuntimeOnly(platform("org.junit:junit-bom:$junitVersion"))
    testRuntimeOnly("org.junit.platform:junit-platform-launcher")
}

tasks.test {
    useJUnitPlatform()
}
