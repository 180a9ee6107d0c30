<?xml version="1.0" encoding="utf-8"?>
<!--
  Turns help.xml into the MAML that Get-Help reads, which states every parameter twice and has every element in one of three namespaces.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="http://msh"
  xmlns:maml="http://schemas.microsoft.com/maml/2004/10"
  xmlns:command="http://schemas.microsoft.com/maml/dev/command/2004/10"
  xmlns:dev="http://schemas.microsoft.com/maml/dev/2004/10">
  <xsl:output method="xml" indent="yes" encoding="utf-8" />
  <xsl:key name="group" match="group" use="@name" />

  <xsl:template match="/help">
    <helpItems schema="maml">
      <xsl:apply-templates select="command" />
    </helpItems>
  </xsl:template>

  <xsl:template match="command">
    <command:command>
      <command:details>
        <command:name><xsl:value-of select="@name" /></command:name>
        <command:verb><xsl:value-of select="substring-before(@name, '-')" /></command:verb>
        <command:noun><xsl:value-of select="substring-after(@name, '-')" /></command:noun>
        <maml:description><maml:para><xsl:value-of select="normalize-space(synopsis)" /></maml:para></maml:description>
      </command:details>
      <maml:description><xsl:apply-templates select="description/p" /></maml:description>
      <command:syntax>
        <xsl:for-each select="set">
          <command:syntaxItem>
            <maml:name><xsl:value-of select="../@name" /></maml:name>
            <xsl:call-template name="names"><xsl:with-param name="text" select="normalize-space(.)" /></xsl:call-template>
          </command:syntaxItem>
        </xsl:for-each>
      </command:syntax>
      <command:parameters>
        <xsl:apply-templates select="parameter | key('group', use/@group)/parameter" mode="full">
          <xsl:sort select="@name" />
        </xsl:apply-templates>
      </command:parameters>
      <command:inputTypes>
        <xsl:for-each select="input">
          <command:inputType><xsl:call-template name="type" /></command:inputType>
        </xsl:for-each>
      </command:inputTypes>
      <command:returnValues>
        <xsl:for-each select="output">
          <command:returnValue><xsl:call-template name="type" /></command:returnValue>
        </xsl:for-each>
      </command:returnValues>
      <maml:alertSet><maml:alert><xsl:apply-templates select="notes/p" /></maml:alert></maml:alertSet>
      <command:examples>
        <xsl:for-each select="example">
          <command:example>
            <maml:title>---- Example <xsl:value-of select="position()" />: <xsl:value-of select="@title" /> ----</maml:title>
            <dev:code><xsl:value-of select="code" /></dev:code>
            <dev:remarks><xsl:apply-templates select="p" /></dev:remarks>
          </command:example>
        </xsl:for-each>
      </command:examples>
      <command:relatedLinks>
        <xsl:for-each select="see">
          <maml:navigationLink><maml:linkText><xsl:value-of select="." /></maml:linkText></maml:navigationLink>
        </xsl:for-each>
      </command:relatedLinks>
    </command:command>
  </xsl:template>

  <xsl:template match="p"><maml:para><xsl:value-of select="normalize-space(.)" /></maml:para></xsl:template>

  <!-- The parameters of a set, by their names separated by spaces. -->
  <xsl:template name="names">
    <xsl:param name="text" />
    <xsl:variable name="name" select="substring-before(concat($text, ' '), ' ')" />
    <xsl:variable name="rest" select="substring-after($text, ' ')" />
    <xsl:apply-templates select="../parameter[@name = $name] | key('group', ../use/@group)/parameter[@name = $name]" mode="syntax" />
    <xsl:if test="$rest"><xsl:call-template name="names"><xsl:with-param name="text" select="$rest" /></xsl:call-template></xsl:if>
  </xsl:template>

  <xsl:template match="parameter" mode="syntax">
    <command:parameter>
      <xsl:call-template name="traits" />
      <maml:name><xsl:value-of select="@name" /></maml:name>
      <xsl:if test="not(@type = 'SwitchParameter')">
        <command:parameterValue required="true"><xsl:value-of select="@type" /></command:parameterValue>
      </xsl:if>
    </command:parameter>
  </xsl:template>

  <xsl:template match="parameter" mode="full">
    <command:parameter>
      <xsl:call-template name="traits" />
      <maml:name><xsl:value-of select="@name" /></maml:name>
      <maml:description><maml:para><xsl:value-of select="normalize-space(.)" /></maml:para></maml:description>
      <command:parameterValue required="true"><xsl:value-of select="@type" /></command:parameterValue>
      <dev:type><maml:name><xsl:value-of select="@type" /></maml:name></dev:type>
      <dev:defaultValue><xsl:value-of select="@default" /></dev:defaultValue>
    </command:parameter>
  </xsl:template>

  <xsl:template name="traits">
    <xsl:attribute name="required">
      <xsl:choose>
        <xsl:when test="@required"><xsl:value-of select="@required" /></xsl:when>
        <xsl:otherwise>false</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="position">
      <xsl:choose>
        <xsl:when test="@position"><xsl:value-of select="@position" /></xsl:when>
        <xsl:otherwise>named</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="pipelineInput">
      <xsl:choose>
        <xsl:when test="@pipeline"><xsl:value-of select="@pipeline" /></xsl:when>
        <xsl:otherwise>false</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="globbing">
      <xsl:choose>
        <xsl:when test="@wildcards">true</xsl:when>
        <xsl:otherwise>false</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="variableLength">
      <xsl:choose>
        <xsl:when test="contains(@type, '[]')">true</xsl:when>
        <xsl:otherwise>false</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="aliases">
      <xsl:choose>
        <xsl:when test="@aliases"><xsl:value-of select="@aliases" /></xsl:when>
        <xsl:otherwise>none</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <xsl:template name="type">
    <dev:type><maml:name><xsl:value-of select="@type" /></maml:name></dev:type>
    <maml:description><maml:para><xsl:value-of select="normalize-space(.)" /></maml:para></maml:description>
  </xsl:template>
</xsl:stylesheet>
